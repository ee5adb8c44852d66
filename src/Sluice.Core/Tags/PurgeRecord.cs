namespace Sluice.Core.Tags;

/// <summary>A purge that was done.</summary>
/// <param name="At">When.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Receipt">What it did.</param>
public sealed record PurgeRecord(DateTimeOffset At, PurgeRequest Request, PurgeReceipt Receipt);
