namespace Sluice.Commands;

/// <summary>Exit codes of the program; documented in docs/operations.md.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It was understood, and did not work.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No server answers at the API address.</summary>
    public const int Unreachable = 3;

    /// <summary>The server refused: no token, or a wrong one.</summary>
    public const int Refused = 4;

    /// <summary>Interrupted by a second Ctrl-C.</summary>
    public const int Interrupted = 130;
}
