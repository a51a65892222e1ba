// A page whose live part is replaced by each frame, and that needs no more.

import {follow} from "./live.js";

follow(document.getElementById("live"));
