# Subnet <<netuid>> on <<network>>: <<folder_note>> <<structure>>
import bittensor as bt
from s3auth import S3Auth

wallet = bt.Wallet(name="default", hotkey="default")
client = S3Auth("<<server>>", wallet.hotkey)
