/* Group commit under eight threads: every member gets its own answer, a refused one does not fail its mates, readers see
 * whole groups only. Runs under the thread sanitizer as well (script/test --full). */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "store.h"

enum { N_THREADS = 8, N_WRITES = 40 };

struct worker {
	struct place *p;
	int id;
	int n_good, n_refused, n_wrong;
};

static atomic_int n_watched;
static void watch(void *data, const struct lull_event *events, size_t n)
{
	(void)data;
	for (size_t i = 0; i < n; i++)
		atomic_fetch_add(&n_watched, events[i].seq > 0 && events[i].version > 0 && !events[i].body.data);
}

/* Every fifth write expects a version that never is; the others go to a shared and to an own stream. */
static void *write_many(void *user)
{
	struct worker *w = user;
	struct place mine = { .record = w->p->record };
	char stream[32];
	int64_t last = 0;
	lull_text_format(stream, sizeof(stream), "patient/%d", w->id);
	for (int i = 0; i < N_WRITES; i++) {
		const bool is_bad = i % 5 == 4;
		const int64_t got = add(&mine, i % 2 ? "schedule" : stream, "body", is_bad ? 1000000 : -1);
		w->n_good += !is_bad && got > last;
		w->n_refused += is_bad && got == LULL_ECONFLICT;
		w->n_wrong += is_bad ? got != LULL_ECONFLICT : got <= last;
		last = got > 0 ? got : last;
	}
	lull_arena_clear(&mine.arena);
	return NULL;
}

struct looker { struct place *p; atomic_bool stop; int n_wrong; int n_looks; };
static void *look(void *user)
{
	struct looker *l = user;
	struct lull_reader *reader;
	struct lull_err err;
	if (lull_reader_open(l->p->record, &reader, &err) != LULL_OK) {
		l->n_wrong++;
		return NULL;
	}
	while (!atomic_load(&l->stop)) {
		struct lull_arena arena = { 0 };
		struct lull_events events;
		if (lull_reader_events(reader, NULL, 0, SIZE_MAX, &arena, &events, &err) != LULL_OK)
			l->n_wrong++;
		for (size_t i = 0; i < events.n; i++)
			l->n_wrong += events.items[i].seq != (int64_t)i + 1 || events.items[i].body.n != 4;
		l->n_looks++;
		lull_arena_clear(&arena);
	}
	lull_reader_close(reader);
	return NULL;
}

static void groups(void **state)
{
	(void)state;
	struct place p;
	struct worker workers[N_THREADS];
	struct looker looker = { .p = &p };
	pthread_t threads[N_THREADS], looking;
	place_make(&p, false);
	lull_record_watch(p.record, watch, NULL);
	assert_int_equal(pthread_create(&looking, NULL, look, &looker), 0);
	for (int i = 0; i < N_THREADS; i++) {
		workers[i] = (struct worker){ .p = &p, .id = i };
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &workers[i]), 0);
	}
	int n_good = 0;
	for (int i = 0; i < N_THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].n_wrong, 0);
		assert_int_equal(workers[i].n_refused, N_WRITES / 5);
		n_good += workers[i].n_good;
	}
	atomic_store(&looker.stop, true);
	pthread_join(looking, NULL);
	assert_int_equal(looker.n_wrong, 0);
	assert_true(looker.n_looks > 0);
	assert_int_equal(n_good, N_THREADS * N_WRITES * 4 / 5);
	assert_int_equal(count_events(&p), (size_t)n_good);
	lull_record_watch(p.record, NULL, NULL);
	place_reopen(&p); /* the writer has ended: all were told */
	assert_int_equal(atomic_load(&n_watched), n_good);
	const char *report;
	assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
	place_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(groups) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
