using Sluice.Core.Objects;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Transport;

/// <summary>What a plain hit is answered with.</summary>
/// <param name="Status">200, 206 or 304.</param>
/// <param name="HeadLength">Length of the head that was written.</param>
/// <param name="Stored">The object, held.</param>
/// <param name="Start">First byte of the body to send.</param>
/// <param name="End">One past its last; the same as <paramref name="Start"/> for none.</param>
/// <param name="Route">Where it was found, to ask for bytes that leave the tiers meanwhile.</param>
internal readonly record struct PlainAnswer(int Status, int HeadLength, CachedObject Stored, long Start, long End, ActiveRoute Route)
{
    /// <summary>True when its first byte was in memory.</summary>
    public required bool InMemory { get; init; }
}
