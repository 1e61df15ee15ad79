namespace Tailor.Engine.Tests;

/// <summary>Tests that count live tensors or change libtorch's threads: nothing may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
