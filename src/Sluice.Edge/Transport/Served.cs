namespace Sluice.Edge.Transport;

/// <summary>How far what had arrived was served on the poller's thread.</summary>
internal enum Served
{
    /// <summary>All of it: the next news is awaited.</summary>
    All,

    /// <summary>There is something left to do, with what has been received.</summary>
    NotAll,

    /// <summary>The same, and there may be more to receive.</summary>
    NotAllThatCame,
}
