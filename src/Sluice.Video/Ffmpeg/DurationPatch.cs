using System.Buffers.Binary;

namespace Sluice.Video.Ffmpeg;

/// <summary>
/// Writes the length into the head of an MP4 that is made as a stream. ffmpeg cannot go back to do it, and players without it show a length that grows.
/// Changes bytes that are there, so that nothing moves.
/// </summary>
internal static class DurationPatch
{
    private const int HeadBytes = 8 << 10;

    /// <summary>True once the whole moov box has arrived, or is not where it is looked for.</summary>
    public static bool IsReady(ReadOnlySpan<byte> head) =>
        head.Length >= HeadBytes || (head.IndexOf("moov"u8) is >= 4 and var at && at - 4 + BinaryPrimitives.ReadUInt32BigEndian(head[(at - 4)..]) <= head.Length);

    /// <summary>Writes it wherever it stands: for the whole, and for each track, which is what some players go by.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <param name="length">How long the whole will be.</param>
    public static void Apply(Span<byte> head, TimeSpan length)
    {
        WriteAll(head, "mvhd"u8, length);
        WriteAll(head, "mdhd"u8, length);
    }

    // Both boxes begin alike: version, flags, two times, time scale, duration (ISO/IEC 14496-12 sections 8.2.2 and 8.4.2).
    private static void WriteAll(Span<byte> head, ReadOnlySpan<byte> box, TimeSpan length)
    {
        for (int at; (at = head.IndexOf(box)) >= 0 && at + 24 <= head.Length; head = head[(at + 24)..])
        {
            var duration = length.TotalSeconds * BinaryPrimitives.ReadUInt32BigEndian(head[(at + 16)..]);
            var place = head[(at + 20)..];
            if (head[at + 4] == 0 && duration is >= 1 and <= uint.MaxValue && BinaryPrimitives.ReadUInt32BigEndian(place) == 0) BinaryPrimitives.WriteUInt32BigEndian(place, (uint)duration);
        }
    }
}
