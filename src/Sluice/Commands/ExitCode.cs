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

    /// <summary>No server answers.</summary>
    public const int Unreachable = 3;

    /// <summary>The server refused: no token or credentials, wrong ones, or no right.</summary>
    public const int Refused = 4;

    /// <summary>There is no such object.</summary>
    public const int NotFound = 5;

    /// <summary>Interrupted by Ctrl-C (a server: by a second one).</summary>
    public const int Interrupted = 130;
}
