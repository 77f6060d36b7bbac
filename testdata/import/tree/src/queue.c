#include <stdlib.h>
#include "queue.h"

/* How many items a queue holds. */
static const int limit = 16;

struct queue *queue_new(void)
{
	struct queue *q = malloc(sizeof(*q));

	q->count = 0;
	return q;
}

int queue_put(struct queue *q, int item)
{
	if (q->count == limit)
		return -1;
	q->items[q->count] = item;
	q->count++;
	return 0;
}

int queue_take(struct queue *q)
{
	int first = q->items[0];

	for (int i = 1; i < q->count; i++)
		q->items[i - 1] = q->items[i];
	q->count--;
	return first;
}
