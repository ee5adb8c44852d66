using System.Globalization;

namespace Sluice.Video.Options;

/// <summary>A part of the source's picture (row U016), in its pixels, cut out before anything else is done to it. What of it lies outside of the picture is left out.</summary>
/// <param name="X">Pixels from the left, 0 to 20,000.</param>
/// <param name="Y">Pixels from the top, 0 to 20,000.</param>
/// <param name="Width">Pixels, 10 to 20,000.</param>
/// <param name="Height">Pixels, 10 to 20,000.</param>
public readonly record struct VideoCrop(int X, int Y, int Width, int Height)
{
    private const int Least = OptionRanges.MinimumDimension;
    private const int Most = 20_000;

    /// <summary>Reads "x,y,width,height"; null for anything else.</summary>
    internal static VideoCrop? Read(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[5];
        Span<int> numbers = stackalloc int[4];
        if (text.Split(parts, ',') != 4) return null;
        for (var i = 0; i < 4; i++)
            if (!NumberText.TryParse(text[parts[i]], out numbers[i]) || numbers[i] < (i < 2 ? 0 : Least) || numbers[i] > Most) return null;
        return new(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>The one way to write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X},{Y},{Width},{Height}");
}
