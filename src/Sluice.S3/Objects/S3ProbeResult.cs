namespace Sluice.S3.Objects;

/// <summary>Whether a bucket can be used.</summary>
/// <param name="Readable">True: an object was read. False: it cannot be read. Null: reached, but nothing was there to read.</param>
/// <param name="Message">One line: what was found, and what to do where that is needed.</param>
public sealed record S3ProbeResult(bool? Readable, string Message);
