package checks

import "context"

func checkService(ctx context.Context, t Target) Result { return Result{} }
