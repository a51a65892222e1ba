// Package redisqueue will be described here.
package redisqueue
