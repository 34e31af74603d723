using LlmKube.Bench.Router;

namespace LlmKube.Bench.Transfer;

/// <summary>nginx with a folder of files, as a site serves its models.</summary>
internal static class FileServer
{
    /// <summary>Null where nginx is not installed.</summary>
    public static async Task<ChildProcess?> TryStartAsync(string folder, CancellationToken cancellationToken)
    {
        var program = ((string[])["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"]).FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }

        var port = ChildProcess.FreePort();
        var work = Directory.CreateDirectory(Path.Combine(folder, "nginx")).FullName;
        var file = Path.Combine(work, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(port, folder, work), cancellationToken);
        return await ChildProcess.StartAsync(program, ["-c", file, "-p", work, "-e", Path.Combine(work, "error.log")], port, cancellationToken);
    }

    private static string Configuration(int port, string folder, string work) =>
        $$"""
        daemon off;
        worker_processes 2;
        user root;
        pid {{work}}/nginx.pid;
        error_log {{work}}/error.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          sendfile on;
          client_body_temp_path {{work}}/body;
          proxy_temp_path {{work}}/proxy;
          fastcgi_temp_path {{work}}/fastcgi;
          uwsgi_temp_path {{work}}/uwsgi;
          scgi_temp_path {{work}}/scgi;
          server { listen 127.0.0.1:{{port}}; root {{folder}}/www; }
        }
        """;
}
