namespace LlmKube.Bench.Router;

/// <summary>nginx as a plain proxy: kept connections and no buffering, which is what serves a stream best.</summary>
internal static class Nginx
{
    /// <summary>Starts one before a server. Null where nginx is not installed.</summary>
    /// <param name="enginePort">Port of the server behind it.</param>
    /// <param name="folder">Its files are written there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="mebibytesPerSecond">The most that one connection brings; null for no limit.</param>
    public static async Task<ChildProcess?> TryStartAsync(int enginePort, string folder, CancellationToken cancellationToken, int? mebibytesPerSecond = null)
    {
        var program = ((string[])["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"]).FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }

        var port = ChildProcess.FreePort();
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(port, enginePort, folder, mebibytesPerSecond is { } most ? $"limit_rate {most}m; proxy_max_temp_file_size 0;" : "proxy_buffering off;"), cancellationToken);
        return await ChildProcess.StartAsync(program, ["-c", file, "-p", folder, "-e", Path.Combine(folder, "error.log")], port, cancellationToken);
    }

    private static string Configuration(int port, int enginePort, string folder, string passing) =>
        $$"""
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          keepalive_requests 1000000;
          upstream engine { server 127.0.0.1:{{enginePort}}; keepalive 256; keepalive_requests 1000000; }
          server {
            listen 127.0.0.1:{{port}};
            client_max_body_size 32m;
            location / {
              proxy_pass http://engine;
              proxy_http_version 1.1;
              proxy_set_header Host $http_host;
              proxy_set_header Connection "";
              {{passing}}
            }
          }
        }
        """;
}
