using System.Buffers.Binary;

namespace Sluice.Video.Ffmpeg;

/// <summary>
/// Writes the length into the head of a file that is made as a stream. ffmpeg cannot go back to do it, and a player without it shows a length that grows, or none.
/// Changes bytes that are there, so that nothing moves.
/// </summary>
internal static class DurationPatch
{
    // What ffmpeg leaves for the length: an element of nothing, 11 bytes with its head.
    private static ReadOnlySpan<byte> Room => [0xEC, 0x01, 0, 0, 0, 0, 0, 0, 0x02, 0, 0];

    /// <summary>Writes it; false where the head has no place for it.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <param name="length">How long the whole will be.</param>
    /// <param name="isWebM">True for WebM, else MP4.</param>
    public static bool Apply(Span<byte> head, TimeSpan length, bool isWebM) => isWebM ? ApplyWebM(head, length) : ApplyMp4(head, length);

    private static bool ApplyWebM(Span<byte> head, TimeSpan length)
    {
        var at = head.IndexOf(Room);
        if (at < 0) return false;
        // Duration, a float of eight bytes, in milliseconds as ffmpeg writes its times.
        head[at] = 0x44;
        head[at + 1] = 0x89;
        head[at + 2] = 0x88;
        BinaryPrimitives.WriteDoubleBigEndian(head[(at + 3)..], length.TotalMilliseconds);
        return true;
    }

    private static bool ApplyMp4(Span<byte> head, TimeSpan length)
    {
        // mvhd: version, flags, two times, time scale, duration (ISO/IEC 14496-12 section 8.2.2).
        var at = head.IndexOf("mvhd"u8);
        if (at < 0 || at + 24 > head.Length || head[at + 4] != 0) return false;
        var scale = BinaryPrimitives.ReadUInt32BigEndian(head[(at + 16)..]);
        var duration = length.TotalSeconds * scale;
        if (duration is < 1 or > uint.MaxValue || BinaryPrimitives.ReadUInt32BigEndian(head[(at + 20)..]) != 0) return false;
        BinaryPrimitives.WriteUInt32BigEndian(head[(at + 20)..], (uint)duration);
        return true;
    }
}
