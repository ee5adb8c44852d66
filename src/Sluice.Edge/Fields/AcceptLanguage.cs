namespace Sluice.Edge.Fields;

/// <summary>The Accept-Language field (RFC 9110 section 12.5.4), as far as choosing among stored answers needs it.</summary>
internal static class AcceptLanguage
{
    /// <summary>The one language wanted above all others; empty when several are wanted alike, any will do, or a weight is off the grammar. Allocates nothing.</summary>
    public static ReadOnlySpan<char> Preferred(ReadOnlySpan<char> field)
    {
        ReadOnlySpan<char> best = default;
        var bestWeight = 0;
        foreach (var member in new FieldNames(field))
        {
            var semicolon = member.IndexOf(';');
            var language = (semicolon < 0 ? member : member[..semicolon]).TrimEnd(" \t");
            var weight = semicolon < 0 ? 1000 : Weight(member[(semicolon + 1)..].Trim(" \t"));
            if (weight < 0) return default;
            if (weight == bestWeight) best = default;
            if (weight <= bestWeight) continue;
            best = language;
            bestWeight = weight;
        }

        return best is "*" ? default : best;
    }

    /// <summary>Thousandths; -1 for what is no weight (RFC 9110 section 12.4.2).</summary>
    private static int Weight(ReadOnlySpan<char> text)
    {
        if (text.Length is < 3 or > 7 || text[0] is not ('q' or 'Q') || text[1] != '=' || text[2] is not ('0' or '1')) return -1;
        var weight = (text[2] - '0') * 1000;
        if (text.Length == 3) return weight;
        if (text[3] != '.') return -1;
        var unit = 100;
        foreach (var digit in text[4..])
        {
            if (!char.IsAsciiDigit(digit)) return -1;
            weight += (digit - '0') * unit;
            unit /= 10;
        }

        return weight <= 1000 ? weight : -1;
    }
}
