using System.Diagnostics;
using System.Net;

namespace LlmKube.TestKit.Sites;

/// <summary>A real nginx that serves a folder to one user: what many sites keep their models on.</summary>
public sealed class NginxServer : IAsyncDisposable
{
    public const string User = "ann";
    public const string Password = "right";

    private static readonly string[] s_places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"];

    private readonly Process _process;
    private readonly string _work;

    private NginxServer(Process process, string work, string folder, Uri url) => (_process, _work, Folder, Url) = (process, work, folder, url);

    /// <summary>What is in here is served.</summary>
    public string Folder { get; }

    public Uri Url { get; }

    /// <summary>The lines of its access log: method, path, status, bytes.</summary>
    public IReadOnlyList<string> Log => File.Exists(LogFile) ? File.ReadAllLines(LogFile) : [];

    private string LogFile => Path.Combine(_work, "access.log");

    /// <summary>Null where nginx is not installed.</summary>
    public static async Task<NginxServer?> TryStartAsync()
    {
        if (s_places.FirstOrDefault(File.Exists) is not { } program)
        {
            return null;
        }

        var work = Directory.CreateTempSubdirectory("llmkube-nginx-").FullName;
        var folder = Directory.CreateDirectory(Path.Combine(work, "www")).FullName;
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(work, "users"), $"{User}:{{PLAIN}}{Password}\n");
        await File.WriteAllTextAsync(Path.Combine(work, "nginx.conf"), Configuration(port, work));
        if (!OperatingSystem.IsWindows())
        {
            // Its workers are another user where it is started as root.
            File.SetUnixFileMode(work, (UnixFileMode)0b111_101_101);
        }

        var process = Process.Start(new ProcessStartInfo(program, ["-c", Path.Combine(work, "nginx.conf"), "-p", work, "-e", Path.Combine(work, "error.log")]) { UseShellExecute = false })!;
        await Eventually.HoldsAsync(() => process.HasExited || Ports.Listens(IPAddress.Loopback, port), TimeSpan.FromSeconds(60));
        return new NginxServer(process, work, folder, new Uri($"http://127.0.0.1:{port}/"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_work, recursive: true);
    }

    private static string Configuration(int port, string work) =>
        $$"""
        daemon off;
        worker_processes 1;
        pid {{work}}/nginx.pid;
        error_log {{work}}/error.log;
        events { worker_connections 256; }
        http {
          log_format plain '$request_method $uri $status $body_bytes_sent';
          access_log {{work}}/access.log plain;
          client_body_temp_path {{work}}/body;
          proxy_temp_path {{work}}/proxy;
          fastcgi_temp_path {{work}}/fastcgi;
          uwsgi_temp_path {{work}}/uwsgi;
          scgi_temp_path {{work}}/scgi;
          server {
            listen 127.0.0.1:{{port}};
            root {{work}}/www;
            location / { auth_basic models; auth_basic_user_file {{work}}/users; }
          }
        }
        """;
}
