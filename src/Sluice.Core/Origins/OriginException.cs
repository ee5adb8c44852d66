namespace Sluice.Core.Origins;

/// <summary>The origin gave no usable answer.</summary>
public sealed class OriginException : IOException
{
    /// <summary>Creates one; <paramref name="message"/> is one line that names the origin and holds no secret.</summary>
    public OriginException(OriginFailure failure, string message, Exception? inner = null) : base(message, inner) =>
        (Failure, IsUnsent) = (failure, failure == OriginFailure.Unreachable);

    /// <summary>What went wrong.</summary>
    public OriginFailure Failure { get; }

    /// <summary>True where no byte of the request can have reached the origin.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>The origin's answer where it refused the one on whose behalf missing bytes were asked for; null for every other failure.</summary>
    public OriginRefusal? Refusal { get; init; }
}
