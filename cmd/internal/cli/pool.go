package cli

import (
	"context"
	"sync"
)

// window is how many results a worker may be ahead of the one that is to be
// emitted next. It bounds memory; results are small.
const window = 64

// inOrder calls work for 0 to n-1 on several goroutines and emit with each
// result in order on the calling one. It ends early with the error of emit or
// of ctx; work that has begun is waited for.
func inOrder[R any](ctx context.Context, n, workers int, work func(i int) R, emit func(i int, r R) error) error {
	type result struct {
		i int
		r R
	}
	workers = max(1, min(workers, n))
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	next := make(chan int)
	ahead := make(chan struct{}, window*workers)
	done := make(chan result, workers)
	wg.Go(func() {
		defer close(next)
		for i := range n {
			select {
			case ahead <- struct{}{}:
			case <-ctx.Done():
				return
			}
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		wg.Go(func() {
			for i := range next {
				select {
				case done <- result{i, work(i)}:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	waiting := map[int]R{}
	for want := 0; want < n; {
		select {
		case d := <-done:
			waiting[d.i] = d.r
		case <-ctx.Done():
			return ctx.Err()
		}
		for {
			r, ok := waiting[want]
			if !ok {
				break
			}
			delete(waiting, want)
			<-ahead
			if err := emit(want, r); err != nil {
				return err
			}
			want++
		}
	}
	return nil
}
