package cli

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func TestInOrder(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 100} {
		const n = 500
		want := 0
		err := inOrder(context.Background(), n, workers,
			func(i int) int {
				if i%97 == 0 {
					time.Sleep(time.Millisecond)
				}
				return i * i
			},
			func(i, r int) error {
				if i != want || r != i*i {
					t.Fatalf("%d workers: result %d of %d, want %d", workers, r, i, want)
				}
				want++
				return nil
			})
		if err != nil || want != n {
			t.Errorf("%d workers: %d results, %v", workers, want, err)
		}
	}
}

// A slow first file must not let the others pile up in memory.
func TestInOrderIsBounded(t *testing.T) {
	release := make(chan struct{})
	var done atomic.Int32
	go func() {
		time.Sleep(50 * time.Millisecond)
		close(release)
	}()
	err := inOrder(context.Background(), 10*window, 2,
		func(i int) int {
			if i == 0 {
				<-release
			} else {
				done.Add(1)
			}
			return i
		},
		func(i, _ int) error {
			if i == 0 && done.Load() > 2*window {
				t.Errorf("%d results wait for the first", done.Load())
			}
			return nil
		})
	if err != nil {
		t.Error(err)
	}
}

func TestInOrderStops(t *testing.T) {
	full := errors.New("full")
	err := inOrder(context.Background(), 1000, 4, func(i int) int { return i }, func(i, _ int) error {
		if i == 10 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err = inOrder(ctx, 1000, 4, func(i int) int { return i }, func(int, int) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n > 10 {
		t.Errorf("%d results after the end, %v", n, err)
	}
	if err := inOrder(context.Background(), 0, 4, func(i int) int { return i }, nil); err != nil {
		t.Error(err)
	}
}
