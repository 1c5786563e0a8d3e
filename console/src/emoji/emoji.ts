// The emoji that are offered: those that people who sell and help write often.

export type EmojiGroup = 'smileys' | 'hands' | 'symbols' | 'nature' | 'food' | 'going' | 'things'

export const EMOJI: readonly { group: EmojiGroup; emoji: readonly string[] }[] = [
  {
    group: 'smileys',
    emoji:
      '😀 😃 😄 😁 😆 😅 😂 🤣 😊 😇 🙂 🙃 😉 😌 😍 🥰 😘 😋 😛 😜 🤪 🤓 😎 🥳 😏 😒 😞 😔 😕 🙁 😣 😫 🥺 😢 😭 😤 😠 😡 🤯 😳 🥵 🥶 😱 😨 😰 😥 😓 🤗 🤔 🤭 🤫 😐 😑 😬 🙄 😮 😴 🤤 😷 🤒 🤕 🤮 🤧'.split(
        ' ',
      ),
  },
  {
    group: 'hands',
    emoji: '👋 ✋ 👌 🤌 🤏 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👍 👎 ✊ 👊 👏 🙌 👐 🤲 🤝 🙏 💪 👀 🙋 🤷 🤦 🙇'.split(' '),
  },
  {
    group: 'symbols',
    emoji:
      '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💕 💖 💯 ✅ ❌ ❗ ❓ ⚠️ ⭐ ✨ 🔥 💥 🎉 🎊 ♻️ ➡️ ⬅️ ⬆️ ⬇️ 🔴 🟡 🟢 🔵 🆕 🆗'.split(
        ' ',
      ),
  },
  {
    group: 'nature',
    emoji: '🌞 🌙 🌈 ☀️ ⛅ 🌧️ ❄️ 🌊 🌹 🌷 🌻 🌸 🌱 🌳 🍀 🍁 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐸 🐵 🐔 🦁 🐝 🦋 🐟'.split(' '),
  },
  {
    group: 'food',
    emoji: '🍎 🍌 🍓 🍇 🍉 🥑 🍅 🥕 🍞 🥐 🧀 🍳 🍔 🍟 🍕 🌮 🍜 🍣 🥗 🍦 🍰 🎂 🍫 🍪 ☕ 🍵 🥤 🍺 🍷 🥂'.split(' '),
  },
  {
    group: 'going',
    emoji: '⚽ 🏀 🎾 🏆 🥇 🎮 🎵 🎸 🎨 🎬 🚗 🚕 🚌 🚲 🏍️ 🚚 🚆 ✈️ 🚀 ⛵ 🏠 🏢 🏥 🏨 🏖️ 🗺️ 📍'.split(' '),
  },
  {
    group: 'things',
    emoji:
      '📱 💻 ⌨️ 🖨️ 📷 📞 📧 ✉️ 📦 🎁 🛍️ 🛒 💳 💰 💵 🧾 📅 ⏰ ⌛ 📌 📎 📝 📄 📁 📊 📈 📉 🔍 🔒 🔑 🔧 🛠️ 💡 🔔 📣 🗑️ 👕 👗 👟 👜 👓 💍 💄 💊 🩺'.split(
        ' ',
      ),
  },
]
