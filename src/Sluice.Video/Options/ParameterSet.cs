using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sluice.Video.Options;

/// <summary>The known parameters of one query, where they stand in it. Made without allocation: most queries hold none.</summary>
internal ref struct ParameterSet
{
    /// <summary>What asks for a variant.</summary>
    public const ulong OptionMask = (1UL << (int)VideoParameter.Debug) - 1;

    private readonly ReadOnlySpan<char> query;
    private Places places;

    /// <summary>Reads a query, with or without its question mark. Unknown parameters are passed over (row U001); so is one without a value.</summary>
    public ParameterSet(ReadOnlySpan<char> query)
    {
        this.query = query;
        for (var start = query.StartsWith("?") ? 1 : 0; start < query.Length;)
        {
            var length = query[start..].IndexOf('&');
            if (length < 0) length = query.Length - start;
            var pair = query.Slice(start, length);
            var equals = pair.IndexOf('=');
            if (equals > 0 && equals < length - 1 && ParameterNames.TryFind(pair[..equals], out var parameter))
            {
                if (Has(parameter)) Repeated = parameter;
                Present |= Bit(parameter);
                places[(int)parameter] = (start + equals + 1, length - equals - 1);
            }
            start += length + 1;
        }
    }

    /// <summary>Which there are, a bit each.</summary>
    public ulong Present { get; private set; }

    /// <summary>One that stands there twice: which of the two is meant nobody can tell.</summary>
    public VideoParameter? Repeated { get; }

    /// <summary>True when there is an option among them.</summary>
    public readonly bool HasOptions => (Present & OptionMask) != 0;

    /// <summary>The bit of a parameter in <see cref="Present"/>.</summary>
    public static ulong Bit(VideoParameter parameter) => 1UL << (int)parameter;

    /// <summary>The first parameter of a set of bits.</summary>
    public static VideoParameter First(ulong bits) => (VideoParameter)BitOperations.TrailingZeroCount(bits);

    /// <summary>True when it was given.</summary>
    public readonly bool Has(VideoParameter parameter) => (Present & Bit(parameter)) != 0;

    /// <summary>Its value, decoded; empty when it was not given.</summary>
    public readonly ReadOnlySpan<char> this[VideoParameter parameter]
    {
        get
        {
            if (!Has(parameter)) return [];
            var (start, length) = places[(int)parameter];
            var raw = query.Slice(start, length);
            return raw.ContainsAny('%', '+') ? Uri.UnescapeDataString(raw.ToString().Replace('+', ' ')) : raw;
        }
    }

    [InlineArray((int)VideoParameter.Signature + 1)]
    private struct Places
    {
        private (int Start, int Length) first;
    }
}
