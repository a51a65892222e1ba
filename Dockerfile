# Wartefrei for those without Debian at hand: builds the program, and an image
# that holds nothing else. Untried: no container engine was at hand when it was
# written. compose.yaml runs it beside PostgreSQL and Redis.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /wartefrei ./cmd/wartefrei

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /wartefrei /wartefrei
USER 65534:65534
EXPOSE 8080 9090
ENTRYPOINT ["/wartefrei"]
CMD ["serve"]
