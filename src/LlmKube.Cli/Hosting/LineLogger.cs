using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LlmKube.Cli.Hosting;

/// <summary>Writes log entries as one line each: time, level where it matters, who, what.</summary>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, ShortName(categoryName));

    public void Dispose()
    {
        // The writer belongs to who gave it.
    }

    private static string ShortName(string category) => category.Replace("LlmKube.", "", StringComparison.Ordinal).Split('.')[0].ToLowerInvariant();

    private void Write(LogLevel level, string name, string message, Exception? exception)
    {
        var at = time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var mark = level >= LogLevel.Error ? " ERROR" : level == LogLevel.Warning ? " warning" : "";
        lock (_gate)
        {
            writer.WriteLine($"{at} {name,-10}{mark} {message}{(exception is null ? "" : $": {exception.Message}")}");
        }
    }

    private sealed class LineLogger(LineLoggerProvider owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(logLevel, name, formatter(state, exception), exception);
    }
}
