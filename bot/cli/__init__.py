"""The command line: `pentimento serve | img2img | sweep | chain | check | models`."""
