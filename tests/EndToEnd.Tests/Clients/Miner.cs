namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A registered miner: the hotkey that signs, and the coldkey that owns it.</summary>
internal sealed record Miner(int Uid, Account Hotkey, Account Coldkey);
