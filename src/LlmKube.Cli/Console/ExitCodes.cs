namespace LlmKube.Cli.Console;

/// <summary>What the shell gets back; scripts may rely on it.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int NotAllowed = 4;
    public const int TimedOut = 5;

    /// <summary>A condition of the object says why a person must act.</summary>
    public const int Blocked = 6;

    /// <summary>Time may heal it: run the same again later.</summary>
    public const int Retry = 7;

    public const int Cancelled = 130;
}
