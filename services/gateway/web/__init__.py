"""What every page of the gateway uses: access, security, language, forms, errors."""
