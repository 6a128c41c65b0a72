/* lull version - which program and which knowledge gave an answer. */
#include "cli.h"

int cmd_version(struct cli *cli, int argc, char **argv)
{
	static const struct cli_usage usage = {
		"version", "[--json]",
		"Prints the program's version and the hash of the knowledge in use; both stand on every output."
	};
	bool json = false;
	const struct cli_option options[] = { { .name = "json", .value = &json, .help = "for machines" }, { 0 } };
	const char **words;
	size_t n_words;
	const int rc = cli_parse(cli, &usage, options, argc, argv, &words, &n_words);

	if (rc >= 0)
		return rc;
	if (n_words)
		return cli_usage_error(&usage, "it takes no words");
	struct lull_buf buf = { 0 };
	if (json) {
		struct lull_json out = { .out = &buf };
		lull_json_open(&out, NULL, '{');
		lull_json_head(&out, "version", 1, cli->knowledge);
		lull_json_text(&out, "knowledge_origin", cli->knowledge->origin);
		lull_json_int(&out, "knowledge_files", (int64_t)cli->knowledge->n_items);
		lull_json_close(&out, '}');
		lull_buf_putc(&buf, '\n');
	} else {
		lull_buf_printf(&buf, "lull %s\nknowledge %s (%s, %zu files)\n", LULL_VERSION, cli->knowledge->hash,
				cli->knowledge->origin, cli->knowledge->n_items);
		lull_buf_puts(&buf, "Not a cleared or certified medical device.\n");
	}
	return cli_print(&buf);
}
