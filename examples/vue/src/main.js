import { createApp } from 'vue'
import GiftShop from './GiftShop.vue'

createApp(GiftShop).mount('#app')
