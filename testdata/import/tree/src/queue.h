#ifndef QUEUE_H
#define QUEUE_H

struct queue {
	int count;
	int items[16];
};

struct queue *queue_new(void);
int queue_put(struct queue *q, int item);
int queue_take(struct queue *q);

#endif
