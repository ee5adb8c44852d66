namespace Sluice.Core.Objects;

/// <summary>The rest of this version can no longer be had: the origin has another one now. If nothing was sent yet the request can start again; else the answer must end short.</summary>
public sealed class ObjectChangedException : IOException
{
    /// <summary>Creates one.</summary>
    public ObjectChangedException(string message) : base(message)
    {
    }

    /// <summary>True where it is so for one client alone: what the origin answers to him is private.</summary>
    public bool IsOneClients { get; init; }
}
