/* The stable interface about itself: versions, errors and size-tagged options. */
#include "support.h"

#include <string.h>

#include "../../src/api/api.h"

static void the_header_is_the_librarys(void **state)
{
	(void)state;
	assert_int_equal(lull_abi_version(), LULL_ABI_VERSION);
	assert_string_equal(lull_version(), LULL_VERSION);
}

static void the_knowledge_has_the_hash_of_its_files(void **state)
{
	char hash[LULL_HASH_BYTES];

	(void)state;
	lull_knowledge_hash(hash);
	assert_string_equal(hash, test_knowledge()->hash);
}

static void every_code_has_a_text(void **state)
{
	(void)state;
	assert_string_equal(lull_error_text(LULL_ENOMEM), "out of memory");
	assert_string_equal(lull_error_text(LULL_OK), "no error");
	assert_string_equal(lull_error_text(-4711), "unknown error");
}

static void an_error_as_one_line(void **state)
{
	const struct lull_error error = { .code = LULL_EPARSE, .what = "found x", .where = "my.yaml:1:2", .mend = "write y" };
	char text[64], cut[8];

	(void)state;
	assert_int_equal(lull_error_line(&error, text, sizeof(text)), strlen("my.yaml:1:2: found x; write y"));
	assert_string_equal(text, "my.yaml:1:2: found x; write y");
	assert_int_equal(lull_error_line(&error, cut, sizeof(cut)), strlen("my.yaml:1:2: found x; write y"));
	assert_string_equal(cut, "my.yaml");
	assert_int_equal(lull_error_line(&error, NULL, 0), strlen(text));
	lull_error_line(&(struct lull_error){ .code = LULL_EIO }, text, sizeof(text));
	assert_string_equal(text, lull_error_text(LULL_EIO));
	lull_error_line(NULL, text, sizeof(text));
	assert_string_equal(text, "no error");
}

/* The layout other languages rely on. */
static void an_error_keeps_its_layout(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct lull_error), 8 + 512 + 256 + 256);
	assert_int_equal(offsetof(struct lull_error, what), 8);
	assert_int_equal(offsetof(struct lull_error, where), 520);
	assert_int_equal(offsetof(struct lull_error, mend), 776);
}

struct old_options { size_t size; double a; };
struct options { size_t size; double a, b; };
struct new_options { size_t size; double a, b, c; };

static void options_of_another_version(void **state)
{
	struct options own;
	struct lull_error error;

	(void)state;
	assert_int_equal(lull_api__options(NULL, &own, sizeof(own), "o", &error), LULL_OK);
	assert_true(own.a == 0 && own.b == 0);
	assert_int_equal(lull_api__options(&(struct old_options){ sizeof(struct old_options), 3 }, &own, sizeof(own), "o", &error), LULL_OK);
	assert_true(own.a == 3 && own.b == 0);
	assert_int_equal(lull_api__options(&(struct options){ sizeof(own), 3, 4 }, &own, sizeof(own), "o", &error), LULL_OK);
	assert_true(own.a == 3 && own.b == 4);
	struct new_options newer = { sizeof(newer), 5, 6, 0 };
	assert_int_equal(lull_api__options(&newer, &own, sizeof(own), "o", &error), LULL_OK);
	assert_true(own.a == 5 && own.b == 6);
	newer.c = 1;
	assert_int_equal(lull_api__options(&newer, &own, sizeof(own), "o", &error), LULL_EUNSUPPORTED);
	assert_has(error.mend, "newer");
}

static void options_that_were_never_set(void **state)
{
	struct options own, unset = { 0 };
	struct lull_error error;

	(void)state;
	assert_int_equal(lull_api__options(&unset, &own, sizeof(own), "o", &error), LULL_EDOMAIN);
	assert_has(error.mend, "initialiser");
	unset.size = (size_t)-1; /* garbage must not be read behind */
	assert_int_equal(lull_api__options(&unset, &own, sizeof(own), "o", &error), LULL_EDOMAIN);
	assert_int_equal(lull_api__options(&unset, &own, sizeof(own), "o", NULL), LULL_EDOMAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_the_librarys),
		cmocka_unit_test(the_knowledge_has_the_hash_of_its_files),
		cmocka_unit_test(every_code_has_a_text),
		cmocka_unit_test(an_error_as_one_line),
		cmocka_unit_test(an_error_keeps_its_layout),
		cmocka_unit_test(options_of_another_version),
		cmocka_unit_test(options_that_were_never_set),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
