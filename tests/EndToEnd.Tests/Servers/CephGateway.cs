namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// Ceph's object gateway with a cluster of one monitor and one in-memory disk, on loopback, in its own folder. Needs no privileges, about
/// 12 s to start, and Debian's ceph-mon, ceph-osd, radosgw and ceph-common.
/// </summary>
internal sealed class CephGateway : IAsyncDisposable
{
    /// <summary>Each bucket has a host name below this one. It is not in any DNS: connect to the gateway's address.</summary>
    public const string HostStyleName = "s3.localhost";

    private const string Role = "grants";

    /// <summary>The name of the role of sessions.</summary>
    public const string SessionRoleName = "sessions";

    // Short, because tests wait for its end.
    private const int MinSessionTime = 15;

    // The minimum that the service needs, as the documents promise.
    private const string RolePolicy = """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], "Resource": "arn:aws:s3:::*/data/*"},
          {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads"], "Resource": "arn:aws:s3:::*"}]}
        """;

    private const string WhoMayAssumeIt = """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/operator"]}, "Action": ["sts:AssumeRole"]}]}
        """;

    // As wide as a policy can be, so that tests see what the session's own policy forbids.
    private const string SessionRolePolicy = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}
        """;

    // Refuses sessions, because a session could otherwise assume the role again without a session policy.
    private const string WhoMayAssumeTheSessionRole = """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/operator"]}, "Action": ["sts:AssumeRole"],
            "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}]}
        """;

    private static readonly string[] Programs = ["ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"];

    private readonly string _apis;
    private readonly ScratchFolder _folder = new("ceph");
    private readonly List<ServerProcess> _daemons = [];
    private readonly string _monitor = string.Create(CultureInfo.InvariantCulture, $"v2:127.0.0.1:{FreePort.Next()}");
    private readonly string _gateway = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");

    private CephGateway(string region, string apis)
    {
        _apis = apis;
        Store = new RealStore(
            "Ceph",
            new Uri("http://" + _gateway),
            region,
            new AccessKeys("E2EOPERATORKEY000001", "e2e/operator+secret-0000000000000000001"),
            new AccessKeys("E2EOTHERACCOUNT00001", "e2e/other+secret-0000000000000000000001"),
            RoleArn(Role),
            IsOurs: true)
        {
            HostStyleName = HostStyleName,
            SessionRoleArn = RoleArn(SessionRoleName),
        };
    }

    /// <summary>True if all of its programs are installed.</summary>
    public static bool IsInstalled { get; } = Array.TrueForAll(Programs, program => Tool.Find(program) is not null);

    public RealStore Store { get; }

    /// <summary>The path of <c>ceph.conf</c>.</summary>
    public string Configuration => Path.Combine(_folder.Path, "ceph.conf");

    /// <summary>Starts it.</summary>
    /// <param name="region">The region.</param>
    /// <param name="apis">The APIs that it serves (<c>rgw_enable_apis</c>).</param>
    /// <param name="capabilities">
    /// The operator's rights at the administrative APIs. The gateway caches accounts, so an account must have them from the beginning.
    /// </param>
    public static async Task<CephGateway> StartAsync(string region, string apis = "s3, sts", string? capabilities = null)
    {
        var gateway = new CephGateway(region, apis);
        try
        {
            await gateway.StartAsync(capabilities);
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }

        return gateway;
    }

    /// <summary>Runs <c>radosgw-admin</c> with these arguments.</summary>
    public Task AdministerAsync(params string[] arguments) => RunAsync("radosgw-admin", arguments);

    public async ValueTask DisposeAsync()
    {
        // Stop the gateway first. Otherwise it waits for its cluster.
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            await daemon.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync(string? capabilities)
    {
        var cluster = Guid.NewGuid().ToString();
        var disk = Guid.NewGuid().ToString();
        var map = Path.Combine(_folder.Path, "monmap");
        foreach (var name in (string[])["mon", "osd", "rgw", "run", "log"])
        {
            _folder.Sub(name);
        }

        await File.WriteAllTextAsync(Configuration, ConfigurationText(cluster));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "keyring"), await KeyringAsync());

        await RunAsync("monmaptool", "--create", "--fsid", cluster, "--addv", "a", $"[{_monitor}]", map);
        await RunAsync("ceph-mon", "-i", "a", "--mkfs", "--monmap", map, "--keyring", Path.Combine(_folder.Path, "keyring"));
        StartDaemon("ceph-mon", "-i", "a", "-f");

        // The monitor must know the disk by its own UUID.
        await RunAsync("ceph", "--connect-timeout", "300", "osd", "new", disk, "0");
        await RunAsync("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk);
        StartDaemon("ceph-osd", "-i", "0", "-f");
        StartDaemon("radosgw", "-n", "client.rgw", "-f");

        await _daemons[^1].WaitUntilAsync(
            async () =>
            {
                using var answer = await TestRun.Current.Http.GetAsync(Store.Endpoint);
                return answer.IsSuccessStatusCode;
            },
            TimeSpan.FromMinutes(10));

        await CreateAccountAsync("operator", Store.Keys, capabilities is null ? [] : ["--caps", capabilities]);
        await CreateAccountAsync("other", Store.OtherKeys!, []);
        await CreateRoleAsync(Role, WhoMayAssumeIt, "least", RolePolicy);
        await CreateRoleAsync(SessionRoleName, WhoMayAssumeTheSessionRole, "widest", SessionRolePolicy);
    }

    private static string RoleArn(string role) => "arn:aws:iam:::role/" + role;

    private async Task CreateRoleAsync(string name, string whoMayAssumeIt, string policyName, string policy)
    {
        await RunAsync("radosgw-admin", "role", "create", "--role-name", name, "--assume-role-policy-doc", whoMayAssumeIt);
        await RunAsync("radosgw-admin", "role-policy", "put", "--role-name", name, "--policy-name", policyName, "--policy-doc", policy);
    }

    private Task CreateAccountAsync(string name, AccessKeys keys, string[] rights) => RunAsync(
        "radosgw-admin",
        ["user", "create", "--uid", name, "--display-name", name, "--access-key", keys.Id, "--secret-key", keys.Secret, .. rights]);

    private void StartDaemon(string program, params string[] arguments) =>
        _daemons.Add(new ServerProcess(program, Tool.Find(program)!, ["-c", Configuration, .. arguments], _folder.Path));

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Tool.RunAsync(Tool.Find(program)!, ["-c", Configuration, .. arguments], folder: _folder.Path);
        result.Expect();
    }

    private static async Task<string> KeyringAsync()
    {
        var keys = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            keys.Add((await Tool.RunAsync(Tool.Find("ceph-authtool")!, ["--gen-print-key"])).Expect().Trim());
        }

        return $"""
            [mon.]
            key = {keys[0]}
            caps mon = "allow *"
            [client.admin]
            key = {keys[1]}
            caps mon = "allow *"
            caps osd = "allow *"
            [osd.0]
            key = {keys[2]}
            caps mon = "allow profile osd"
            caps osd = "allow *"
            [client.rgw]
            key = {keys[3]}
            caps mon = "allow rwx"
            caps osd = "allow rwx"

            """;
    }

    private string ConfigurationText(string cluster) => $"""
        [global]
        fsid = {cluster}
        mon_host = {_monitor}
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        ms_bind_ipv6 = false
        auth_cluster_required = cephx
        auth_service_required = cephx
        auth_client_required = cephx
        keyring = {_folder.Path}/keyring
        run_dir = {_folder.Path}/run
        crash_dir = {_folder.Path}/run
        admin_socket = {_folder.Path}/run/$name.asok
        pid_file = {_folder.Path}/run/$name.pid
        log_file = {_folder.Path}/log/$name.log
        mon_cluster_log_file = {_folder.Path}/log/cluster.log
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pgp_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0

        [mon]
        mon_data = {_folder.Path}/mon
        mon_initial_members = a
        mon_allow_pool_size_one = true
        mon_max_pg_per_osd = 1000
        # A nearly full disk of the machine is no reason to stop: the cluster's data is in memory.
        mon_data_avail_warn = 1
        mon_data_avail_crit = 0

        [osd]
        osd_data = {_folder.Path}/osd
        osd_objectstore = memstore
        # A bound, taken only as it is written to.
        memstore_device_bytes = 17179869184

        [client.rgw]
        rgw_data = {_folder.Path}/rgw
        rgw_frontends = beast endpoint={_gateway} tcp_nodelay=1
        # Beside path style: host style, as http://BUCKET.s3.localhost.
        rgw_dns_name = {HostStyleName}
        rgw_thread_pool_size = 32
        # What is deleted leaves the memory soon.
        rgw_gc_obj_min_wait = 5
        rgw_gc_processor_period = 5
        rgw_gc_processor_max_time = 5
        rgw_s3_auth_use_sts = true
        # Otherwise a session of the bucket's owner may read its notifications, and the server issues none.
        rgw_enable_apis = {_apis}
        rgw_sts_min_session_duration = {MinSessionTime}
        rgw_sts_key = {RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 16)}

        """;
}
