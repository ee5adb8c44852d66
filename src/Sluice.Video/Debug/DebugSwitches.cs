namespace Sluice.Video.Debug;

/// <summary>What a request asks for to see how it is answered (rows DBG-01 to DBG-03, U078, U079).</summary>
[Flags]
public enum DebugSwitches
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Answer past every tier; requests still share a flight (decision D11).</summary>
    BypassAll = 1,

    /// <summary>Answer past the store of variants; the edge's own cache works.</summary>
    BypassVariants = 2,

    /// <summary>Tell in header fields.</summary>
    Headers = 4,

    /// <summary>Answer with a page that explains.</summary>
    View = 8,

    /// <summary>Answer with the explanation as JSON.</summary>
    Json = 16,
}
