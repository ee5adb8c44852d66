namespace Sluice.Core.Tags;

/// <summary>What a purge selects by.</summary>
public enum PurgeKind
{
    /// <summary>One path and query, with all its Vary selections.</summary>
    Url,

    /// <summary>Every path that begins with the text.</summary>
    Prefix,

    /// <summary>Every object that carries the tag, matched exactly.</summary>
    Tag,

    /// <summary>Every object made from that source: the object itself and all its variants.</summary>
    Source,
}
