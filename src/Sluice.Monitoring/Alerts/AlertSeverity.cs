namespace Sluice.Monitoring.Alerts;

/// <summary>How bad it is (row ALR-09); the numbers are in the history's file.</summary>
internal enum AlertSeverity
{
    /// <summary>To know: reports.</summary>
    Informational = 0,

    /// <summary>To look at in working hours.</summary>
    Warning = 1,

    /// <summary>To look at now: viewers notice.</summary>
    Critical = 2,
}
