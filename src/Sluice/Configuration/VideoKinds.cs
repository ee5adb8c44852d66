using System.Globalization;
using Sluice.Video.Derivatives;
using Sluice.Video.Responsive;

namespace Sluice.Configuration;

/// <summary>The kinds of value that only settings of videos have.</summary>
internal static class VideoKinds
{
    private static readonly string[] Choices = ["never", "asked", "always"];

    public static readonly ValueKind<Derivative> Derivative = new("derivative", "write options as in a URL, such as width=640&height=360&quality=high",
        (string text, out Derivative value) => DerivativeText.TryParse(text, out value, out _), DerivativeText.Format, """{"type":"string","pattern":"^[a-z]+=[^&]+(&[a-z]+=[^&]+)*$"}""");

    /// <summary>A width in pixels, or any.</summary>
    public static readonly ValueKind<int> Width = new("width", "write pixels, such as 854, or any, or 0",
        (string text, out int value) =>
        {
            value = int.MaxValue;
            return text == "any" || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }, value => value == int.MaxValue ? "any" : value.ToString(CultureInfo.InvariantCulture), """{"anyOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"^([0-9]+|any)$"}]}""");

    public static readonly ValueKind<ResponsiveChoice> Responsive = new("one of never, asked, always", "write never, asked or always",
        (string text, out ResponsiveChoice value) =>
        {
            var found = Array.IndexOf(Choices, text.ToLowerInvariant());
            value = (ResponsiveChoice)Math.Max(found, 0);
            return found >= 0;
        }, value => Choices[(int)value], """{"enum":["never","asked","always"]}""");
}
