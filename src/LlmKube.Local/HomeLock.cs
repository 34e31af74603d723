namespace LlmKube.Local;

/// <summary>One LLMKube for each home folder: a file that is locked while it runs. The system gives the lock back when the process ends, however it ends.</summary>
internal sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a home folder.</summary>
    /// <exception cref="LocalStartException">Another process holds it.</exception>
    public static HomeLock Take(string home)
    {
        var path = Path.Combine(home, "up.lock");
        try
        {
            return new HomeLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new LocalStartException($"LLMKube runs already for {home}. Stop it with llmkube down, or choose another folder with LLMKUBE_HOME.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
