"""The job store on SQLite: one file, one writer, nothing acknowledged that a power cut could take back."""
