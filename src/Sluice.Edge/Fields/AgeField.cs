using Sluice.Core.Objects;

namespace Sluice.Edge.Fields;

/// <summary>What an Age field says.</summary>
internal enum AgeFieldState
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>Its first member is a number of seconds.</summary>
    Valid,

    /// <summary>Its first member is not made of digits only: RFC 9111 section 5.1 says to ignore it.</summary>
    Invalid,
}

/// <summary>The Age field (RFC 9111 section 5.1): the first list member counts, digits only, saturating at <see cref="int.MaxValue"/>.</summary>
internal static class AgeField
{
    /// <summary>Reads it; <paramref name="seconds"/> is 0 unless the answer is <see cref="AgeFieldState.Valid"/>.</summary>
    public static AgeFieldState Read(HeaderList headers, out int seconds)
    {
        seconds = 0;
        return headers.First("Age") is not { } value ? AgeFieldState.Absent
            : TryParse(value, out seconds) ? AgeFieldState.Valid
            : AgeFieldState.Invalid;
    }

    /// <summary>Reads one line's value.</summary>
    public static bool TryParse(ReadOnlySpan<char> value, out int seconds)
    {
        var comma = value.IndexOf(',');
        var first = (comma < 0 ? value : value[..comma]).Trim(" \t");
        if (Digits.TryParseSeconds(first, out seconds)) return true;
        seconds = 0;
        return false;
    }
}
