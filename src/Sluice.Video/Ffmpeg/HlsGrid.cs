using System.Buffers.Binary;
using Sluice.Video.Options;

namespace Sluice.Video.Ffmpeg;

/// <summary>
/// How a source is divided into segments (RFC 8216 section 3): at the same times in every size, so that players change between them anywhere. Each is made by itself, perhaps on another node;
/// what makes them one film again is that picture and sound of each begin exactly where those of the one before end.
/// </summary>
/// <param name="Length">How long the source is.</param>
/// <param name="Segments">How many there are.</param>
internal readonly record struct HlsGrid(TimeSpan Length, int Segments)
{
    /// <summary>Seconds of each but the last: whole ones, which every time base of a container can say exactly.</summary>
    public const int Seconds = 4;

    /// <summary>Of the sound, whatever the source's: 1,024 samples are a frame of AAC.</summary>
    public const int SamplesPerSecond = 48_000, SamplesOfFrame = 1024;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(Seconds);

    /// <summary>What is shorter is part of the segment before it.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>Divides a source.</summary>
    public static HlsGrid For(TimeSpan length) => new(length, length > Least ? (int)Math.Min(OptionRanges.LastSegment, (length - Least).Ticks / Step.Ticks) + 1 : 1);

    /// <summary>True for the segment that goes to the source's end, wherever that turns out to be.</summary>
    public bool IsLast(int segment) => segment == Segments - 1;

    /// <summary>How long a segment is.</summary>
    public TimeSpan LengthOf(int segment) => IsLast(segment) ? Length - (Step * segment) : Step;

    /// <summary>The first frame of sound of a segment, counted from the source's beginning: the first that begins in it.</summary>
    public static long FirstFrame(int segment) => (((long)segment * Seconds * SamplesPerSecond) + SamplesOfFrame - 1) / SamplesOfFrame;

    /// <summary>The frame of sound after the last of a segment.</summary>
    public long EndFrame(int segment) => IsLast(segment) ? (long)Math.Ceiling(Length.TotalSeconds * SamplesPerSecond / SamplesOfFrame) : FirstFrame(segment + 1);

    /// <summary>Whether a segment that was made has any picture: packets (ISO/IEC 13818-1 section 2.4.3) of the first of its streams, as ffmpeg numbers them.</summary>
    public static bool HasPicture(ReadOnlySpan<byte> segment)
    {
        const int packet = 188, first = 0x100;
        for (; segment.Length >= packet; segment = segment[packet..])
            if ((BinaryPrimitives.ReadUInt16BigEndian(segment[1..]) & 0x1fff) == first) return true;
        return false;
    }
}
