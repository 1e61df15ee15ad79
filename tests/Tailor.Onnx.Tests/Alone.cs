using Xunit.Sdk;
using Xunit.v3;

// Tests here count live tensors and set libtorch's threads, both of which belong to the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
