using Xunit;

namespace RtcTests;

/// <summary>Tests that measure the memory of the whole process run alone: what others hold is no growth of theirs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuresProcessMemory
{
    public const string Name = "measures process memory";
}
