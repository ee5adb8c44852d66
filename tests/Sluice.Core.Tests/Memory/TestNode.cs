using Sluice.Core.Memory;

namespace Sluice.Core.Tests.Memory;

/// <summary>A node of a chosen weight, held by a policy alone.</summary>
internal sealed class TestNode(ulong identity, long weight = 1) : EvictionNode
{
    public long Size { get; set; } = weight;

    public override long Weight => Size;

    public override ulong Identity => identity;

    public override string ToString() => $"{identity} ({Size} B)";
}
