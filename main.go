// Klyra-doctor finds out what an error of the Klyra content-moderation API means, and leads to a fix that has
// been checked.
package main

import (
	"os"

	"klyra-doctor/ui/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
