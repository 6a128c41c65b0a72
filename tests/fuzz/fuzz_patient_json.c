/* Any bytes as a patient record: read, bound, checked and screened. What must hold: an error says
 * something, what was bound is written and bound again to the same bytes, and a record that was read
 * gets a verdict; a record without a name for its drugs is never cleared. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/care/screen.h"
#include "lull/codec/json.h"
#include "lull/knowledge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static const struct lull_screening *knowledge(void)
{
	static struct lull_arena arena; /* lives as long as the fuzzer */
	static struct lull_screening k;
	if (!k.rules) {
		struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files };
		struct lull_diags diags;
		lull_diags_init(&diags, &arena);
		must(lull_files_seal(&files, NULL) == LULL_OK);
		must(lull_screening_load(&files, &arena, &k, &diags) == LULL_OK);
	}
	return &k;
}

static void write_again(const struct lull_patient *patient, struct lull_arena *arena)
{
	struct lull_buf one = { 0 }, two = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_patient again;
	lull_diags_init(&diags, arena);
	lull_json_struct(&(struct lull_json){ .out = &one }, NULL, &lull_patient_schema, patient);
	must(lull_buf_status(&one, NULL) == LULL_OK);
	must(lull_json_read(one.data, one.n, "again", arena, &doc, &diags) == LULL_OK);
	must(lull_patient_bind(&doc, arena, &again, &diags) == LULL_OK);
	lull_json_struct(&(struct lull_json){ .out = &two }, NULL, &lull_patient_schema, &again);
	must(strcmp(lull_buf_text(&one), lull_buf_text(&two)) == 0);
	lull_buf_clear(&one);
	lull_buf_clear(&two);
}

static void screen(const struct lull_patient *patient, struct lull_arena *arena)
{
	const struct lull_screening *k = knowledge();
	struct lull_screen s;
	struct lull_err err = { 0 };
	const struct lull_finding *trees;
	size_t n;
	const struct lull_screen_request request = {
		.patient = patient, .on = 20777, .indication = &k->indications[0], .diary_day = LULL_DAY_NONE,
	};
	const int rc = lull_screen_run(k, &request, arena, &s, &err);
	must(rc == LULL_OK || err.what[0]);
	if (rc != LULL_OK)
		return;
	must(s.verdict != LULL_VERDICT_NO_EXCLUSION); /* no diary: the entry criteria are unknown */
	must(lull_screen_explain(k, &request, &s, arena, &trees, &n, &err) == LULL_OK);
	must(n == s.n_entry + s.n_rules && lull_screen_verdict_text(&s, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_doc doc;
	struct lull_patient patient;
	lull_diags_init(&diags, &arena);
	int rc = lull_json_read((const char *)data, size, "fuzz.json", &arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_patient_bind(&doc, &arena, &patient, &diags);
	must(rc == LULL_OK || diags.n_errors > 0);
	if (rc == LULL_OK) {
		write_again(&patient, &arena);
		if (lull_screening_check_patient(knowledge(), &patient, "fuzz.json", &diags) == LULL_OK)
			screen(&patient, &arena);
	}
	lull_arena_clear(&arena);
	return 0;
}
