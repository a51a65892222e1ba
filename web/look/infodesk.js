// The information desk: the queues beside the forms are live.

import {follow} from "./live.js";

follow(document.getElementById("live"), () => {});
