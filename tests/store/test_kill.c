/* kill -9 at random while four threads write: what was acknowledged is there, the record is whole. (The system's cache survives a
 * kill, so this alone proves nothing about power cuts: test_power does.) LULL_ROUNDS sets how often; script/test --full takes 200. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

struct talk { struct lull_record *record; int fd, id; };

static void *write_on(void *user)
{
	struct talk *talk = user;
	struct place mine = { .record = talk->record };
	char stream[32];
	lull_text_format(stream, sizeof(stream), "patient/%d", talk->id);
	for (;;) {
		const int64_t seq = add(&mine, stream, "a body of some length, so that half of it would show", -1);
		if (seq <= 0 || write(talk->fd, &seq, sizeof(seq)) != (ssize_t)sizeof(seq))
			_exit(3);
		lull_arena_clear(&mine.arena);
	}
	return NULL;
}

static void child(const char *path, int fd)
{
	struct lull_record *record;
	struct talk talks[4];
	pthread_t threads[4];
	struct lull_err err;
	if (lull_record_open(&(struct lull_record_options){ .path = path }, &record, &err) != LULL_OK)
		_exit(4);
	for (int i = 0; i < 4; i++) {
		talks[i] = (struct talk){ record, fd, i };
		if (pthread_create(&threads[i], NULL, write_on, &talks[i]) != 0)
			_exit(5);
	}
	pause();
	_exit(6);
}

static void kills(void **state)
{
	(void)state;
	const char *asked = getenv("LULL_ROUNDS");
	const long n_rounds = asked ? strtol(asked, NULL, 10) : 6;
	struct place p;
	int64_t top = 0, seq;
	uint64_t x = 88172645463325252u;
	place_make(&p, false);
	lull_record_close(p.record);
	for (long round = 0; round < n_rounds; round++) {
		int fds[2], status;
		assert_int_equal(pipe(fds), 0);
		const pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(fds[0]);
			child(p.path, fds[1]);
		}
		close(fds[1]);
		assert_int_equal(read(fds[0], &seq, sizeof(seq)), sizeof(seq)); /* at work */
		top = seq > top ? seq : top;
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		nanosleep(&(struct timespec){ 0, (long)(x % 60) * 1000000 }, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		while (read(fds[0], &seq, sizeof(seq)) == (ssize_t)sizeof(seq))
			top = seq > top ? seq : top;
		close(fds[0]);
		const char *report;
		assert_ok(lull_record_open(&(struct lull_record_options){ .path = p.path }, &p.record, &p.err), &p.err);
		assert_true((int64_t)count_events(&p) >= top); /* no gaps: check looks */
		assert_ok(lull_record_check(p.record, &p.arena, &report, &p.err), &p.err);
		lull_record_close(p.record);
		lull_arena_clear(&p.arena);
	}
	assert_true(top > n_rounds);
	p.record = NULL;
	place_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(kills) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
