/* The allocator seam, arenas, and the hash over knowledge files. */
#include "support.h"

#include <stdalign.h>

static void the_nth_allocation_fails(void **state)
{
	(void)state;
	lull_mem_fail_at(2, false);
	void *a = lull_mem_alloc(10), *b = lull_mem_alloc(10), *c = lull_mem_alloc(10);
	assert_non_null(a);
	assert_null(b);
	assert_non_null(c);
	assert_int_equal(lull_mem_fail_at(1, true), 3);
	assert_null(lull_mem_realloc(a, 20));
	assert_null(lull_mem_zalloc(1, 1));
	assert_int_equal(lull_mem_fail_at(0, false), 2);
	lull_mem_free(a);
	lull_mem_free(c);
}

static void arenas_hand_out_zeroed_aligned_memory(void **state)
{
	struct lull_arena arena = { 0 };
	unsigned char *last = NULL;
	(void)state;
	for (size_t n = 1; n < 5000; n = n * 3 / 2 + 1) {
		unsigned char *p = lull_arena_zalloc(&arena, n, 1);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xA5, n);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	assert_non_null(lull_arena_zalloc(&arena, 3u << 20, 1)); /* a block of its own */
	assert_non_null(lull_arena_zalloc(&arena, 0, 8));
	assert_null(lull_arena_zalloc(&arena, SIZE_MAX / 2, 4));
	assert_null(lull_arena_zalloc(&arena, LULL_ARENA_MAX_BYTES, 1));
	assert_null(lull_arena_strdup(&arena, NULL));
	assert_string_equal(lull_arena_strndup(&arena, "abcdef", 3), "abc");
	assert_string_equal(lull_arena_printf(&arena, "%s-%d", "x", 12345), "x-12345");
	lull_arena_clear(&arena);
	assert_int_equal(arena.n_bytes, 0);
	lull_arena_clear(&arena);
}

static void arrays_grow_and_keep_their_items(void **state)
{
	struct lull_arena arena = { 0 };
	int *items = NULL;
	size_t cap = 0;
	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = lull_arena_grow(&arena, items, n, &cap, n + 1, sizeof(*items));
		assert_non_null(items);
		items[n] = (int)n;
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(items[n], n);
	const size_t before = cap;
	lull_mem_fail_at(1, true);
	assert_null(lull_arena_grow(&arena, items, 1000, &cap, (size_t)1 << 20, sizeof(*items)));
	lull_mem_fail_at(0, false);
	assert_int_equal(cap, before);
	lull_arena_clear(&arena);
}

static void hashes_are_sha256(void **state)
{
	char hash[LULL_HASH_TEXT]; /* FIPS 180-2, appendix B.1 */
	(void)state;
	lull_hash_text("abc", 3, hash);
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void sets_of_files(void **state)
{
	const struct lull_file items[] = {
		{ "a.yaml", "1", 1 }, { "m/x.yaml", "22", 2 }, { "m/y.yaml", "", 0 }, { "z.yaml", "3", 1 }
	};
	struct lull_files files = { .items = items, .n_items = 4 };
	struct lull_err err = { 0 };
	char want[LULL_HASH_TEXT];
	size_t first, end;
	(void)state;
	assert_ok(lull_files_seal(&files, &err), &err);
	static const char whole[] = "a.yaml\0"
				    "1\0"
				    "1"
				    "m/x.yaml\0"
				    "2\0"
				    "22"
				    "m/y.yaml\0"
				    "0\0"
				    "z.yaml\0"
				    "1\0"
				    "3";
	lull_hash_text(whole, sizeof(whole) - 1, want);
	assert_string_equal(files.hash, want);
	assert_ptr_equal(lull_files_get(&files, "m/y.yaml"), &items[2]);
	assert_null(lull_files_get(&files, "m/"));
	assert_null(lull_files_get(&files, "zz"));
	lull_files_under(&files, "m/", &first, &end);
	assert_int_equal(first, 1);
	assert_int_equal(end, 3);
	lull_files_under(&files, "q/", &first, &end);
	assert_int_equal(first, end);

	const struct lull_file twice[] = { { "a", "1", 1 }, { "a", "2", 1 } };
	files.items = twice;
	files.n_items = 2;
	assert_int_equal(lull_files_seal(&files, &err), LULL_EDOMAIN);
}

static void errors_are_cut_not_overrun(void **state)
{
	struct lull_err err = { 0 };
	char long_text[1000];
	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(lull_fail(&err, LULL_EIO, long_text, "%s", long_text), LULL_EIO);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_int_equal(strlen(err.where), sizeof(err.where) - 1);
	lull_mend(&err, "%s", "try again");
	assert_string_equal(err.mend, "try again");
	assert_int_equal(lull_fail(NULL, LULL_EIO, NULL, "x"), LULL_EIO);
	assert_string_equal(lull_code_text(LULL_EIO), "a file could not be read or written");
	assert_string_equal(lull_code_text(12345), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_allocation_fails),
		cmocka_unit_test(arenas_hand_out_zeroed_aligned_memory),
		cmocka_unit_test(arrays_grow_and_keep_their_items),
		cmocka_unit_test(hashes_are_sha256),
		cmocka_unit_test(sets_of_files),
		cmocka_unit_test(errors_are_cut_not_overrun),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
