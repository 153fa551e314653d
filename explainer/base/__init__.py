"""What every wing may use: errors, checks of arguments, quoting, files."""
