"""LibreOffice Calc as a host: an extension that asks the project's own interpreter."""
