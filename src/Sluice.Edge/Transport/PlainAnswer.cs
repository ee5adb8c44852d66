using Sluice.Core.Objects;

namespace Sluice.Edge.Transport;

/// <summary>What a plain hit is answered with.</summary>
/// <param name="Status">200, 206 or 304.</param>
/// <param name="HeadLength">Length of the head that was written.</param>
/// <param name="Stored">The object, held.</param>
/// <param name="Start">First byte of the body to send.</param>
/// <param name="End">One past its last; the same as <paramref name="Start"/> for none.</param>
/// <param name="Source">Where bytes come from that leave the tiers meanwhile.</param>
internal readonly record struct PlainAnswer(int Status, int HeadLength, CachedObject Stored, long Start, long End, FillSource Source);
