"""What was assumed when the products were priced (Exhibit III, Appendix B): one basis for each priced product."""
