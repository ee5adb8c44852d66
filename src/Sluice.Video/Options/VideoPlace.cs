using System.Globalization;

namespace Sluice.Video.Options;

/// <summary>A place in a source that only the source can turn into a time (row U008): a share of its length, "25%", or the number of a picture, "750f", the first being 0.</summary>
/// <param name="IsPicture">True for the number of a picture, false for a share.</param>
/// <param name="Value">The number, 0 to 72,000, or per cent to two decimals, 0 to 100.</param>
public readonly record struct VideoPlace(bool IsPicture, decimal Value)
{
    /// <summary>The most pictures that the longest time that can be asked for has, at the highest rate.</summary>
    internal const int LastPicture = 72_000;

    /// <summary>The time in a source.</summary>
    /// <param name="length">How long it is; null when that is not known.</param>
    /// <param name="rate">Its pictures per second; null when that is not known.</param>
    /// <returns>Null when the source does not tell.</returns>
    internal TimeSpan? In(TimeSpan? length, double? rate) => IsPicture
        // Half a picture early: a time that was rounded must not fall behind the picture it means.
        ? rate is { } pictures ? TimeSpan.FromSeconds(Math.Max(0, ((double)Value - 0.5) / pictures)) : null
        : length * ((double)Value / 100);

    /// <summary>Reads one; null for anything else.</summary>
    internal static VideoPlace? Read(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > 9) return null;
        if (text[^1] == 'f') return NumberText.TryParse(text[..^1], out int picture) && picture is >= 0 and <= LastPicture ? new(true, picture) : null;
        return text[^1] == '%' && NumberText.TryParse(text[..^1], out decimal share) && share is >= 0 and <= 100 ? new(false, decimal.Round(share, 2, MidpointRounding.AwayFromZero)) : null;
    }

    /// <summary>The one way to write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:0.##}{(IsPicture ? 'f' : '%')}");
}
